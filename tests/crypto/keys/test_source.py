"""Where the data key comes from: every source, every way a source can be wrong, and two first users at once."""

from __future__ import annotations

import base64
import multiprocessing
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.crypto.keys import source, unlock_cache
from hooks_cli.crypto.keys.data_key import FILE_VARIABLE, VARIABLE
from hooks_cli.crypto.keys.file import create_key_file, publish_key_file, read_key_file
from hooks_cli.crypto.keys.source import resolve_or_create as resolve
from hooks_cli.crypto.keys.source import second_key
from hooks_cli.errors import KeyExposed, KeyMissing, KeySourceError, WrongKey

RAW = bytes(range(32))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    keys = tmp_path / "config" / "keys"
    store = tmp_path / "data" / "memory.db"
    store.parent.mkdir()
    return SimpleNamespace(
        variables={},
        settings={},
        places=SimpleNamespace(
            store_path=str(store),
            key_path=str(keys / "demo-1.key"),
            slots_path=str(keys / "demo-1.slots"),
        ),
    )


def test_first_use_makes_a_key_that_stays(place: SimpleNamespace) -> None:
    first = resolve(place)
    assert len(first.raw) == 32 and first.source == f"the key file {place.places.key_path}"
    assert resolve(place).raw == first.raw
    assert os.stat(place.places.key_path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(place.places.key_path)).st_mode & 0o777 == 0o700
    assert os.listdir(os.path.dirname(place.places.key_path)) == ["demo-1.key"]
    assert first.raw.hex() not in repr(first)


def test_an_existing_store_never_gets_a_new_key(place: SimpleNamespace) -> None:
    Path(place.places.store_path).write_bytes(b"x")
    with pytest.raises(KeyMissing) as caught:
        resolve(place)
    assert caught.value.exit_code == 77
    assert not os.path.exists(place.places.key_path)


def test_without_create_nothing_is_made(place: SimpleNamespace) -> None:
    with pytest.raises(KeyMissing):
        source.resolve(place)
    assert not os.path.exists(place.places.key_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_key_file_open_to_others_is_refused(place: SimpleNamespace, mode: int) -> None:
    resolve(place)
    os.chmod(place.places.key_path, mode)
    with pytest.raises(KeyExposed) as caught:
        resolve(place)
    assert f"{mode:04o}" in str(caught.value) and "chmod 600" in caught.value.hint_text


@pytest.mark.parametrize("text", ["", "\n", "00" * 31, "00" * 33, "zz" * 32, "00" * 32 + " 00"])
def test_a_damaged_key_file_is_refused_not_replaced(place: SimpleNamespace, text: str) -> None:
    resolve(place)
    Path(place.places.key_path).write_text(text)
    with pytest.raises(KeySourceError):
        resolve(place)
    assert Path(place.places.key_path).read_text() == text


def test_a_fifo_in_the_place_of_the_key_file_does_not_hang(place: SimpleNamespace) -> None:
    os.makedirs(os.path.dirname(place.places.key_path))
    os.mkfifo(place.places.key_path, 0o600)
    with pytest.raises(KeySourceError):
        resolve(place)


SPELLINGS = [
    RAW.hex(),
    RAW.hex().upper(),
    RAW.hex() + "\n",
    base64.b64encode(RAW).decode(),
    base64.b64encode(RAW).decode().rstrip("="),
    base64.urlsafe_b64encode(RAW).decode(),
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_the_variable_holds_the_key_and_makes_no_file(place: SimpleNamespace, text: str) -> None:
    place.variables["MEMORY_ENCRYPTION_KEY"] = text
    key = resolve(place)
    assert key.raw == RAW and key.source == "MEMORY_ENCRYPTION_KEY"
    assert not os.path.exists(place.places.key_path)


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_named_file_holds_the_key(place: SimpleNamespace, tmp_path: Path, text: str) -> None:
    named = tmp_path / "secret"
    named.write_text(text)
    named.chmod(0o600)
    place.variables["MEMORY_ENCRYPTION_KEY_FILE"] = str(named)
    assert resolve(place).raw == RAW
    named.chmod(0o644)
    with pytest.raises(KeyExposed):
        resolve(place)
    named.unlink()
    with pytest.raises(KeySourceError):
        resolve(place)


@pytest.mark.parametrize("as_list", [True, False])
def test_a_command_prints_the_key(place: SimpleNamespace, as_list: bool) -> None:
    code = f"print('{RAW.hex()}')"
    command = f'["{sys.executable}", "-c", "{code}"]' if as_list else f'{sys.executable} -c "{code}"'
    place.variables["MEMORY_ENCRYPTION_KEY_COMMAND"] = command
    assert resolve(place).raw == RAW


@pytest.mark.parametrize(
    "command",
    [
        "[1]",
        "[]",
        "['a']",
        '"open',
        "/no/such/program",
        f"{sys.executable} -c 'import sys; print(\"hunter2hunter2\"); sys.exit(3)'",
        f"{sys.executable} -c pass",
        f"{sys.executable} -c 'print(\"a\" * 5000)'",
    ],
)
def test_a_command_that_fails_is_an_error_that_repeats_no_output(place: SimpleNamespace, command: str) -> None:
    place.variables["MEMORY_ENCRYPTION_KEY_COMMAND"] = command
    with pytest.raises(KeySourceError) as caught:
        resolve(place)
    assert caught.value.exit_code == 78 and "hunter2" not in str(caught.value)


def test_a_command_is_not_given_to_a_shell(place: SimpleNamespace, tmp_path: Path) -> None:
    place.variables["MEMORY_ENCRYPTION_KEY_COMMAND"] = f"echo x; touch {tmp_path}/made"
    resolve(place)  # the words are a passphrase: "x; touch …"
    assert not (tmp_path / "made").exists()


def test_the_settings_name_a_variable(place: SimpleNamespace) -> None:
    place.settings["memory.security.encryption_key"] = "${MEMORY_ENCRYPTION_KEY}"
    with pytest.raises(KeySourceError, match="is not set"):
        resolve(place)
    place.variables["MEMORY_ENCRYPTION_KEY"] = RAW.hex()
    assert resolve(place).raw == RAW
    place.settings["memory.security.encryption_key"] = "${PROJECT_KEY}"
    place.variables["PROJECT_KEY"] = RAW[::-1].hex()
    with pytest.raises(KeySourceError, match="two sources"):
        resolve(place)
    del place.variables["MEMORY_ENCRYPTION_KEY"]
    assert resolve(place).raw == RAW[::-1]


@pytest.mark.parametrize("configured", [RAW.hex(), "$KEY", "${}", "${A B}", "x${A}", 5, True])
def test_the_settings_hold_no_key_themselves(place: SimpleNamespace, configured: object) -> None:
    place.settings["memory.security.encryption_key"] = configured
    with pytest.raises(KeySourceError) as caught:
        resolve(place)
    assert RAW.hex() not in str(caught.value) + caught.value.hint_text


@pytest.mark.parametrize(
    "name", ["MEMORY_ENCRYPTION_KEY", "MEMORY_ENCRYPTION_KEY_FILE", "MEMORY_ENCRYPTION_KEY_COMMAND"]
)
@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_source_is_an_error(place: SimpleNamespace, name: str, value: str) -> None:
    place.variables[name] = value
    with pytest.raises(KeySourceError, match="empty"):
        resolve(place)
    assert not os.path.exists(place.places.key_path)


@pytest.mark.parametrize("text", ["${MEMORY_KEY}", "${secrets.MEMORY_KEY}\n"])
def test_a_reference_that_nothing_resolved_is_no_passphrase(place: SimpleNamespace, tmp_path: Path, text: str) -> None:
    place.variables[VARIABLE] = text
    with pytest.raises(KeySourceError, match="nothing has replaced"):
        resolve(place)
    (tmp_path / "key").write_text(text)
    (tmp_path / "key").chmod(0o600)
    place.variables = {FILE_VARIABLE: str(tmp_path / "key")}
    with pytest.raises(KeySourceError, match="nothing has replaced"):
        resolve(place)
    assert not os.path.exists(place.places.slots_path)


def test_two_sources_are_an_error(place: SimpleNamespace) -> None:
    place.variables.update(MEMORY_ENCRYPTION_KEY=RAW.hex(), MEMORY_ENCRYPTION_KEY_FILE="/x")
    with pytest.raises(KeySourceError, match="two sources"):
        resolve(place)


@given(st.text("0123456789abcdef", min_size=32, max_size=100).filter(lambda text: len(text) not in (43, 64)))
def test_a_key_of_the_wrong_length_is_never_a_passphrase(text: str) -> None:
    with pytest.raises(KeySourceError):
        source.decode(text, "X")


@given(st.binary(min_size=32, max_size=32))
def test_every_spelling_of_every_key_is_read(raw: bytes) -> None:
    padded, url = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    for text in (raw.hex(), padded, padded.rstrip("="), url, url.rstrip("=")):
        assert source.decode(text, "X") == raw


@given(st.text(max_size=80))
def test_decode_gives_a_key_a_passphrase_or_the_one_error(text: str) -> None:
    try:
        raw = source.decode(text, "X")
    except KeySourceError:
        assert not text.strip().strip("0123456789abcdefABCDEF")
    else:
        assert raw is None or len(raw) == 32


def test_a_passphrase_makes_its_slot_and_opens_it_again(place: SimpleNamespace) -> None:
    place.variables["MEMORY_ENCRYPTION_KEY"] = "correct horse battery"
    first = resolve(place)
    assert first.kind == "passphrase" and not os.path.exists(place.places.key_path)
    assert os.stat(place.places.slots_path).st_mode & 0o777 == 0o600
    Path(place.places.store_path).write_bytes(b"x")
    assert resolve(place).raw == first.raw
    assert "correct horse" not in Path(place.places.slots_path).read_text()
    place.variables["MEMORY_ENCRYPTION_KEY"] = "wrong horse"
    with pytest.raises(WrongKey):
        resolve(place)
    del place.variables["MEMORY_ENCRYPTION_KEY"]
    with pytest.raises(KeyMissing) as caught:
        resolve(place)
    assert "unlock" in caught.value.hint_text and not os.path.exists(place.places.key_path)


def test_a_passphrase_for_a_store_with_a_key_file_is_refused(place: SimpleNamespace) -> None:
    resolve(place)
    Path(place.places.store_path).write_bytes(b"x")
    place.variables["MEMORY_ENCRYPTION_KEY"] = "a passphrase"
    with pytest.raises(KeyMissing):
        resolve(place)
    assert not os.path.exists(place.places.slots_path)


def test_the_unlocked_key_stands_in_for_the_passphrase(
    place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    place.variables["MEMORY_ENCRYPTION_KEY"] = "correct horse battery"
    raw = resolve(place).raw
    del place.variables["MEMORY_ENCRYPTION_KEY"]
    unlock_cache.put(place.places.slots_path, raw, b"", 60)
    try:
        assert resolve(place).raw == raw and resolve(place).kind == "unlocked"
    finally:
        assert unlock_cache.drop(place.places.slots_path)
    with pytest.raises(KeyMissing):
        resolve(place)
    assert not unlock_cache.drop(place.places.slots_path)


def test_a_rotation_under_way_offers_the_second_key(place: SimpleNamespace) -> None:
    first = resolve(place)
    assert second_key(place, first) is None
    publish_key_file(place.places.key_path + source.NEXT_SUFFIX, RAW)
    following = second_key(place, first)
    assert following is not None and following.raw == RAW
    os.replace(place.places.key_path + source.NEXT_SUFFIX, place.places.key_path)
    following = second_key(place, first)
    assert following is not None and following.raw == RAW
    assert second_key(place, following) is None


def _make(path: str, start: object, answers: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    answers.put(create_key_file(path))  # type: ignore[attr-defined]


def test_racing_first_users_end_with_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    path = str(tmp_path / "deep" / "keys" / "x.key")
    start, answers = context.Barrier(8), context.Queue()
    workers = [context.Process(target=_make, args=(path, start, answers)) for _ in range(8)]
    for worker in workers:
        worker.start()
    found = {answers.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert found == {read_key_file(path)}
    assert os.listdir(os.path.dirname(path)) == ["x.key"]
