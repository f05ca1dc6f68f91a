"""Sealed values: what is found, that the prefilter misses nothing, that sealing gives back every byte, and that it is bound."""

from __future__ import annotations

import json
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.crypto import secret_finder, secret_screen
from hooks_cli.crypto.seal import FIELDS, WHOLE, Outcome, Sealer, reveal, seal_text, seal_write
from hooks_cli.errors import Tampered
from hooks_cli.text.sealed_marker import BEGIN, MASK, mask

NAMES = secret_screen.names_of(None)
SEALER = Sealer(bytes(range(32)), b"\1" * 8, "memory.db")
ALNUM = string.ascii_letters + string.digits


def _run(alphabet: str, size: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=size))


# Made up here, in the makers' shapes; none was ever valid.
TOKENS = {
    "AWS access key": "AKIA" + _run(string.ascii_uppercase + string.digits, 16),
    "Google API key": "AIza" + _run(ALNUM + "_-", 35),
    "GitHub token": "ghp_" + _run(ALNUM, 36),
    "GitHub token (fine)": "github_pat_" + _run(ALNUM, 22) + "_" + _run(ALNUM, 59),
    "GitLab token": "glpat-" + _run(ALNUM, 20),
    "npm token": "npm_" + _run(ALNUM, 36),
    "API key": "sk-" + _run(ALNUM, 48),
    "API key (ant)": "sk-ant-api03-" + _run(ALNUM, 93) + "-" + _run(ALNUM, 8),
    "API key (proj)": "sk-proj-" + _run(ALNUM, 120),
    "Slack token": "xoxb-" + _run(string.digits, 12) + "-" + _run(ALNUM, 24),
    "Stripe key": "sk_live_" + _run(ALNUM, 24),
    "Slack token (browser)": f"xoxc-{_run(string.digits, 12)}-{_run(string.digits, 12, 2)}-{_run(ALNUM, 64)}",
    "GitLab token (runner)": "glrt-" + _run(ALNUM, 20),
    "GitLab token (trigger)": "glptt-" + _run("0123456789abcdef", 40),
    "AWS access key (bearer)": "ABIA" + _run(string.ascii_uppercase + string.digits, 16),
    "API key (admin)": "sk-admin-" + _run(ALNUM, 80),
    "API key (32 digits)": "sk-" + _run("0123456789abcdef", 32),
    "Google OAuth token": "1//0" + _run(ALNUM + "_-", 60),
    "Replicate token": "r8_" + _run(ALNUM, 37),
    "xAI key": "xai-" + _run(ALNUM, 80),
    "Perplexity key": "pplx-" + _run(ALNUM, 48),
    "Databricks token": "dapi" + _run("0123456789abcdef", 32),
    "Sentry token": "sntrys_eyJpYXQ" + _run(ALNUM, 60),
    "Grafana token": "glsa_" + _run(ALNUM, 32) + "_" + _run("0123456789abcdef", 8),
    "New Relic key": "NRAK-" + _run(string.ascii_uppercase + string.digits, 27),
    "Notion token": "ntn_" + _run(ALNUM, 46),
    "Supabase token": "sbp_" + _run("0123456789abcdef", 40),
    "Doppler token": "dp.pt." + _run(ALNUM, 43),
    "PlanetScale secret": "pscale_tkn_" + _run(ALNUM, 43),
    "JSON Web Token": f"eyJ{_run(ALNUM, 20)}.eyJ{_run(ALNUM, 40)}.{_run(ALNUM, 43)}",
    "Hugging Face token": "hf_" + _run(string.ascii_letters, 34),
    "SendGrid key": f"SG.{_run(ALNUM, 22)}.{_run(ALNUM, 43)}",
    "Slack webhook": f"hooks.slack.com/services/T{_run(ALNUM, 8)}/B{_run(ALNUM, 8)}/{_run(ALNUM, 24)}",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\n"
    + "\n".join(_run(ALNUM + "+/", 64, n) for n in range(5))
    + "\n-----END RSA PRIVATE KEY-----",
    "private key (PGP)": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"
    + "\n".join(_run(ALNUM + "+/", 64, n) for n in range(5))
    + "\n-----END PGP PRIVATE KEY BLOCK-----",
}
HARMLESS = [
    "task-1 desk-2 risk-averse disk-usage-report-2025-10-17-final",
    "sk-learn-pipeline-for-very-long-names-and-more",
    "AKIAIOSFODNN7EXAMPLE is the example of the manual",
    "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "Look for lines such as -----BEGIN RSA PRIVATE KEY----- in the repository, and tell the owner.",
    "the commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "glpat-your-token-here-please and xoxo-hugs-and-kisses-for-everyone",
    "sk-estimator-LinearRegression1 on the branch sk-feature-branch-1a2b3c4d5e6f7a8b9c0d",
    "eyJ is how base64 of a JSON object begins",
    "Baseline captured: p50=45ms, p95=120ms",
    "npm_config_registry and npm_lifecycle_event",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    '{"tokens": 1523, "max_tokens": 4096}',
]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("around", ["{}", "deploy with {} now", 'x="{}"', "({})", "{}\nnext", "token:{},"])
def test_well_known_secrets_are_found_and_sealed(kind: str, around: str) -> None:
    secret = TOKENS[kind]
    text = around.format(secret)
    assert secret_screen.reason("a/b", text, (), NAMES) == "shape"
    found = secret_finder.in_text(text)
    assert [text[piece.start : piece.end] for piece in found] == [secret]
    assert found[0].what == kind.partition(" (")[0]
    sealed = seal_text(SEALER, "a/b", 7, text)
    assert secret not in sealed and mask(sealed) == around.format(MASK)
    assert reveal(SEALER, "a/b", 7, sealed) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_similar_stays(text: str) -> None:
    assert secret_finder.in_text(text) == []
    outcome = seal_write(SEALER, "a/b", 7, text, (None,), is_json=text[0] == "{", names=NAMES)
    assert (outcome.value, outcome.sealed) == (text, 0)


URLS = [
    ("postgres://app:{}@db.internal:5432/main", "hunter2-Hunter2"),
    ("redis://:{}@cache:6379/0", "s3cr3t"),
    ("mongodb+srv://root:{}@c0.example.net,c1.example.net/db?retryWrites=true", "p@ss:w0rd"),
    ('curl "https://deploy:{}@example.com/hook" -d x', "%7Bpercent%20encoded%7D"),
    ("amqp://guest:{}@[::1]:5672//", "guest"),
    ("(ssh://admin:{}@10.0.0.1:22), then", "correct-horse"),
    ("https://oauth2:{}@git.example.com/a/b.git", "Zx81-spectrum"),
    ("DB=mysql://u:{}@${{DB_HOST}}/x", "${PASS:-hunter2}"),
    ('{{"url":"postgresql://u:{}@h/db","n":1}}', "it's+a!secret"),
    ("see http://h:80/@x, postgres://u:{}@h and me@example.org", "abc123"),
]
NO_PASSWORDS = [
    "git@host:path and ssh://git@host:22/path",
    "write to me@example.org or https://example.com:8080/@user or http://host:port/@x",
    "https://example.com/login?next=a:b@c and https://example.com/#a:b@c",
    "see http://a:80,b@c and http://localhost:3000;me@example.org",
    "https://user@example.com and https://user:@example.com",
    "postgres://user:${PASSWORD}@host postgres://$USER:$PASSWORD@$HOST x://u:{password}@h x://u:{{ pw }}@h x://u:%s@h",
    "x://user:password@host x://USER:PASS@HOST scheme://user:YOUR_PASSWORD@host x://u:<password>@host x://u:****@h x://u:xxx@h",
    "x://u:db_password@h x://u:password-here@h x://u:[PASSWORD]@h x://u:${A}${B}@h x://u:$(pass show db)@h x://u:%(pw)s@h",
    "docker://alpine:3.18@sha256:" + "0123456789abcdef" * 4,
    'url = "http://" + host + ":" + port + "@" + path',
    r"the pattern ://([^:]+):([^@]+)@(.*) and http://\n:x@y",
    '{"a":"http://host:80\\nme@example.org","b":"c:d@e"}',
    "https://abc:x-oauth-basic@github.com",
    "x://u:‹sealed›@h",
    "s://a:@b ://:x@y : // a:b@c",
]


@pytest.mark.parametrize(("url", "password"), URLS)
def test_the_password_of_a_url_is_found_and_sealed(url: str, password: str) -> None:
    text = url.format(password)
    assert secret_screen.reason("a/b", text, (), NAMES) == "shape"
    found = secret_finder.in_text(text)
    assert [(text[piece.start : piece.end], piece.what) for piece in found] == [(password, "password in a URL")]
    sealed = seal_text(SEALER, "a/b", 7, text)
    assert mask(sealed) == url.format(MASK) and reveal(SEALER, "a/b", 7, sealed) == text
    assert secret_finder.in_text(sealed) == secret_finder.in_text(mask(sealed)) == []


@pytest.mark.parametrize("text", NO_PASSWORDS)
def test_what_only_looks_like_the_password_of_a_url_stays(text: str) -> None:
    assert [text[piece.start : piece.end] for piece in secret_finder.in_text(text)] == []


def test_a_token_as_the_password_of_a_url_is_one_finding() -> None:
    text = f"https://x-access-token:{TOKENS['GitHub token']}@github.com/a/b and https://u:hunter22@h"
    assert [text[p.start : p.end] for p in secret_finder.in_text(text)] == [TOKENS["GitHub token"], "hunter22"]


@given(st.text(alphabet='ab:/@.$#? ‹1\n\\"', max_size=40))
def test_the_prefilter_misses_no_password_of_a_url(text: str) -> None:
    text = "x://" + text
    if secret_finder.in_text(text):
        assert secret_screen.reason("a/b", text, (), ()) == "shape"


def test_a_text_without_a_url_is_not_looked_through_for_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What every write pays is two searches beside those for the plain shapes; the rest is for texts with a URL in them."""
    asked: list[bytes] = []
    monkeypatch.setattr(secret_screen, "_has_password", lambda data: bool(asked.append(data)))
    assert secret_screen.reason("a/b", "git@host:path a:b@c // : " * 50, ('{"x":"me@example.org"}',), NAMES) is None
    assert asked == [] and len(secret_screen.PLAIN_SHAPES) + 1 <= 4
    assert secret_screen.reason("a/b", "x://y", (), NAMES) is None and asked == [b"x://y"]


@pytest.mark.parametrize(
    ("address", "sensitive"),
    [
        ("app/api_keys/github", True),
        ("app/API-Key", True),
        ("credentials", True),
        ("x/credential/y", True),
        ("x/Token", True),
        ("x/apiKeys", True),
        ("tokenizer/a", False),
        ("swarm/performance/baseline", False),
        ("keys/a", False),
    ],
)
def test_addresses_with_a_sensitive_segment(address: str, sensitive: bool) -> None:
    assert secret_screen.address_is_sensitive(address, NAMES) is sensitive
    assert (secret_screen.reason(address, "v", (), NAMES) == "address") is sensitive
    outcome = seal_write(SEALER, address, 3, "v", (None,), is_json=False, names=NAMES)
    assert outcome.sealed == (WHOLE if sensitive else 0)
    if sensitive:
        assert mask(outcome.value or "") == MASK and reveal(SEALER, address, 3, outcome.value or "") == "v"


@pytest.mark.parametrize("value", ["1523", "3.5", '{"input": 1523, "output": [1, null, true]}', "[1, 2]"])
def test_counts_at_a_sensitive_address_stay(value: str) -> None:
    outcome = seal_write(SEALER, "run/tokens", 3, value, (), is_json=value[0] in "{[", names=NAMES)
    assert (outcome.value, outcome.sealed) == (value, 0)


FIELD_CASES = [
    ('{"token": "abc"}', '{"token": "‹sealed›"}'),
    ('{"tokens": 1523}', '{"tokens": 1523}'),
    ('{"tokens": {"in": 1, "out": 2}}', '{"tokens": {"in": 1, "out": 2}}'),
    ('{"tokens": {"in": 1, "who": "x"}, "n": 1}', '{"tokens": "‹sealed›", "n": 1}'),
    ('{"tokens": ["a", "b"], "n": 1.50}', '{"tokens": "‹sealed›", "n": 1.50}'),
    ('{"a": [{"API_KEY": "x"}, {"apiKeys": null}]}', '{"a": [{"API_KEY": "‹sealed›"}, {"apiKeys": null}]}'),
    ('[[{"Credentials": {"user": "u"}}]]', '[[{"Credentials": "‹sealed›"}]]'),
    ('{"name": "token"}', '{"name": "token"}'),
    ('{"list": ["tokens", "x"], "k": {"tokens": []}}', '{"list": ["tokens", "x"], "k": {"tokens": []}}'),
    ('{"tok\\u0065n": "abc"}', '{"tok\\u0065n": "‹sealed›"}'),
    ('{"tokens":   "a\\"b"  , "x": 1}', '{"tokens":   "‹sealed›"  , "x": 1}'),
    ('{"tokens": "a", "tokens": "b"}', '{"tokens": "‹sealed›", "tokens": "‹sealed›"}'),
    ('{"x": {"token": 1}, "y": {"token": "s"}}', '{"x": {"token": 1}, "y": {"token": "‹sealed›"}}'),
    ('{"token": "", "b": {}}', '{"token": "‹sealed›", "b": {}}'),
]


@pytest.mark.parametrize(("document", "shown"), FIELD_CASES)
def test_fields_at_any_depth(document: str, shown: str) -> None:
    outcome = seal_write(SEALER, "a", 9, document, (document,), is_json=True, names=NAMES)
    assert mask(outcome.value or "") == shown and mask(outcome.others[0] or "") == shown
    assert outcome.sealed == (FIELDS if shown != document else 0)
    assert shown == document or secret_screen.reason("a", document, (), NAMES) == "field"
    assert reveal(SEALER, "a", 9, outcome.value or "") == document
    json.loads(outcome.value or "")


def test_redact_seals_the_whole_value_and_keeps_json_valid() -> None:
    for value, is_json in (('{"a": 1}', True), ("line\nline", False), ("", False)):
        outcome = seal_write(SEALER, "a", 9, value, (), is_json=is_json, names=(), scan=False, whole=True)
        assert outcome.sealed == WHOLE and mask(outcome.value or "") == (f'"{MASK}"' if is_json else MASK)
        assert reveal(SEALER, "a", 9, outcome.value or "") == value


def test_a_sealed_piece_opens_only_where_and_when_it_was_written() -> None:
    sealed = seal_text(SEALER, "a/b", 7, TOKENS["GitHub token"])
    other = Sealer(bytes(range(32)), b"\2" * 8, "other.db")
    for sealer, address, revision in ((SEALER, "a/c", 7), (SEALER, "a/b", 8), (other, "a/b", 7)):
        with pytest.raises(Tampered):
            reveal(sealer, address, revision, sealed)
    for at in range(sealed.index(":7:") + 3, len(sealed)):
        changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        if at < len(sealed) - 2:  # the last characters hold padding bits, and the closing mark
            with pytest.raises(Tampered):
                reveal(SEALER, "a/b", 7, changed)


def test_equal_values_do_not_look_equal_when_sealed() -> None:
    token = TOKENS["GitHub token"]
    assert seal_text(SEALER, "a", 1, token) != seal_text(SEALER, "a", 1, token)


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=30), st.sampled_from([*TOKENS.values(), *HARMLESS, BEGIN, MASK, BEGIN + "t:x:1:AA›", "›"])
    ),
    max_size=6,
).map(" ".join)


@given(TEXTS)
def test_any_text_comes_back_byte_for_byte(text: str) -> None:
    outcome = seal_write(SEALER, "k", 5, text, (), is_json=False, names=NAMES)
    if outcome.sealed:
        assert reveal(SEALER, "k", 5, outcome.value or "") == text
        assert secret_screen.reason("k", text, (), NAMES) == "shape"
    else:
        assert outcome.value == text
    shown = mask(outcome.value or "")
    assert BEGIN not in shown
    assert not any(token in shown for token in TOKENS.values())


NAMED = st.sampled_from(["token", "API_KEYS", "credential", "a", "tokens_used", "x\ty", "tok\u0435n", 'q"k'])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12), TEXTS)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMED, inner, max_size=4)),
    max_leaves=20,
).filter(lambda value: isinstance(value, (list, dict)))


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 2]))
def test_any_document_comes_back_and_hides_what_it_should(value: object, ascii_only: bool, indent: int | None) -> None:
    document = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    outcome: Outcome = seal_write(SEALER, "k", 5, document, (), is_json=True, names=NAMES)
    sealed = outcome.value or ""
    if outcome.sealed:
        assert reveal(SEALER, "k", 5, sealed) == document
        assert secret_screen.reason("k", document, (), NAMES) is not None
    else:
        assert sealed == document
    shown = json.loads(mask(sealed)) if outcome.sealed else value
    _check_hidden(shown, outcome.sealed)


def _check_hidden(shown: object, sealed: int) -> None:
    if isinstance(shown, dict):
        for name, inner in shown.items():
            if secret_screen.normal(name) in NAMES:
                assert inner == MASK or not secret_finder.has_string(json.dumps(inner))
            _check_hidden(inner, sealed)
    elif isinstance(shown, list):
        for inner in shown:
            _check_hidden(inner, sealed)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60), st.integers(0, 60))
def test_masking_leaves_nothing_of_a_marker_even_when_it_was_cut(text: str, cut: int) -> None:
    token = TOKENS["GitHub token"]
    sealed = "before " + seal_text(SEALER, "k", 5, token) + text
    assert mask(sealed[: len("before ") + len(BEGIN) + cut]).startswith("before " + MASK)
    assert BEGIN not in mask(sealed)


def test_the_setting_of_names() -> None:
    assert set(secret_screen.names_of(None)) == {"apikey", "credential", "token"}
    assert secret_screen.names_of(["Pass-Words", "", "s"]) == ("password",)
    assert secret_screen.names_of([]) == ()
