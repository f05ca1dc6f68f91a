"""The hash of a row: as format 1 made it while the later columns are None, and another one for any other row."""

from __future__ import annotations

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.crypto.ledger import FIRST_COLUMNS, Ledger, subkey
from hooks_cli.store.sqlite.schema import LEDGER_TABLES, LEDGER_TABLES_1

CELLS = st.one_of(
    st.none(), st.integers(-3, 3), st.sampled_from(["", "a", "+(1,)", "('a',)", "None"]), st.binary(max_size=2)
)
ROWS = st.sampled_from(sorted(FIRST_COLUMNS)).flatmap(
    lambda table: st.tuples(st.just(table), st.tuples(*[CELLS] * len(LEDGER_TABLES[table].split(", "))))
)
LEDGER = Ledger(bytes(32))


def of_format_1(table: str, row: tuple[object, ...]) -> int:
    """The hash as version 0.1 computed it."""
    hasher = blake2b(table.encode() + ascii(row[:-1]).encode(), key=subkey(bytes(32), b"ledger"), digest_size=32)
    if isinstance(row[-1], str):
        hasher.update(b"t" + row[-1].encode())
    elif row[-1] is not None:
        hasher.update(b"o" + ascii(row[-1]).encode())
    return int.from_bytes(hasher.digest(), "little")


def test_the_first_columns_are_those_of_format_1() -> None:
    for table, columns in LEDGER_TABLES.items():
        if table in LEDGER_TABLES_1 and columns != LEDGER_TABLES_1[table]:
            assert columns.startswith(LEDGER_TABLES_1[table] + ", ")
            assert FIRST_COLUMNS[table] == len(LEDGER_TABLES_1[table].split(", "))
        else:
            assert table not in FIRST_COLUMNS


@given(ROWS)
def test_without_later_columns_it_is_the_hash_of_format_1(found: tuple[str, tuple[object, ...]]) -> None:
    table, row = found
    first = row[: FIRST_COLUMNS[table]]
    later = (None,) * (len(row) - len(first))
    assert LEDGER.row(table, (*first, *later)) == LEDGER.row(table, first) == of_format_1(table, first)


@given(ROWS, ROWS)
def test_other_rows_have_other_hashes(one: tuple[str, tuple[object, ...]], two: tuple[str, tuple[object, ...]]) -> None:
    assert (LEDGER.row(*one) == LEDGER.row(*two)) == (one == two)


@given(ROWS, st.data())
def test_each_column_counts(found: tuple[str, tuple[object, ...]], data: st.DataObject) -> None:
    table, row = found
    at = data.draw(st.integers(0, len(row) - 1))
    other = (*row[:at], data.draw(CELLS.filter(lambda cell: cell != row[at])), *row[at + 1 :])
    assert LEDGER.row(table, row) != LEDGER.row(table, other)
