"""Passwords and tokens in the query or fragment of a URL, and URLs whose slashes are escaped."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hooks_cli.crypto import secret_finder, secret_screen
from hooks_cli.text.sealed_marker import MASK
from tests.conftest import Run

FOUND = [
    ("https://host/x?password={}", "hunter2"),
    ("https://host/x?a=1&password={}&b=2", "p%40ssw0rd!"),
    ('curl "https://host/hook?token={}" -d x', "a1b2c3d4e5"),
    ("see (https://host/#access_token={}&expires_in=3600).", "AQDy8-x0Zk.9"),
    ("https://maps.example.org/api?api_key={}", "550e8400-e29b-41d4"),
    ("http://localhost:8080/?API-Key={}, then", "k3y-k3y-k3y"),
    ("https://bucket.example.org/o?X-Amz-Signature={}", "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"),
    ("https://acc.example.net/c?sv=2022&sig={}", "aB3%2Fk9Q%2Bzz0%3D"),
    ("wss://h/?client_secret={};x=1", "Zx81Zx81Zx81"),
    ("<a href='https://h/?a=1&amp;token={}'>", "a1b2c3d4e5"),
    ('{{"url":"https:\\/\\/h\\/p?n=1\\u0026token={}\\u0026m=2"}}', "a1b2c3d4e5"),
    ('{{"url":"https:\\/\\/deploy:{}@h\\/p"}}', "hunter2-Hunter2"),
    ('{{"url":"postgres:\\/\\/u:{}@h:5432\\/db"}}', "s3cr3t"),
    ("https://a/?next=https://b/?token={}", "a1b2c3d4e5"),
    ("https://h/?secret={}", "QWERTYuiopASDFGHjklz"),
]  # fmt: skip
STAYS = [
    "https://h/?token=<token>&password=<password> https://h/?token=${TOKEN} https://h/?token=$TOKEN&api_key=$1",
    "https://h/?token=$(cat file) https://h/?token={token}&key={{ key }} https://h/?api_key=%s&token=%TOKEN%",
    "https://h/?token=xxx https://h/?token=xxxxxxxxxxxx https://h/?token=... https://h/?token=****",
    "https://h/?token=abc https://h/?token=refresh https://h/?password=reset https://h/?password=required&token=invalid",
    "https://h/?token=4096 https://h/?max_tokens=12345678a https://h/?tokens=a1b2c3d4e5 https://h/?token_type=bearer1234",
    "https://h/?api_key=YOUR_API_KEY https://h/?api_key=your-key-12345678 https://h/?token=access_token_here",
    "https://h/?api_key=EXAMPLE_KEY_1234 https://h/?access_token=accessToken https://h/?token=%24%7BTOKEN%7D",
    "https://h/?password= https://h/?password https://h/?token=&x=1 https://h/?key=name12345 https://h/#token",
    "?token=a1b2c3d4e5 without a URL, password=hunter2 and a & token=a1b2c3d4e5",
    "https://h/ and then, elsewhere, ?token=a1b2c3d4e5",
    "https://h/?token=‹sealed› https://h/?password=password&token=secret",
    '{"a":"https:\\/\\/user:${PASSWORD}@h"} {"b":"https:\\/\\/h\\/?token=${TOKEN}"}',
]


@pytest.mark.parametrize(("url", "secret"), FOUND)
def test_it_is_found_and_nothing_around_it(url: str, secret: str) -> None:
    text = url.format(secret)
    assert secret_screen.reason("a/b", text, (), ()) == "shape"
    assert [text[piece.start : piece.end] for piece in secret_finder.in_text(text)] == [secret]
    assert secret_finder.in_text(url.format(MASK)) == []


@pytest.mark.parametrize("text", STAYS)
def test_what_stands_for_one_stays(text: str) -> None:
    assert [text[piece.start : piece.end] for piece in secret_finder.in_text(text)] == []


PIECES = st.sampled_from(
    [
        *(
            "x://",
            "x:\\/\\/",
            "x:/\\/",
            "x:\\//",
            "?",
            "&",
            "#",
            ";",
            "\\u0026",
            "&amp;",
            "=",
            "token",
            "api_key",
            "pass-word",
            "sig",
        ),
        *("a1b2c3d4e5", "hunter2", ":", "@", "/", "\\/", "\\", " ", '"', "<", "h", "‹", "_", "-", "."),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
@example("x:\\/\\/h?token=a1b2c3d4e5 x://")
@example("x:/\\/u:hunter2@h x://")
def test_the_quick_look_misses_nothing_that_is_found(text: str) -> None:
    if secret_finder.in_text(text):
        assert secret_screen.reason("a/b", text, (), ()) == "shape"


@given(st.lists(PIECES, max_size=30).map("".join))
def test_what_was_sealed_is_not_found_again(text: str) -> None:
    """The pieces are apart, and with a mask in their places there is nothing more to find than there was."""
    found = secret_finder.in_text(text)
    assert all(one.end <= two.start for one, two in pairwise(found))
    masked = text
    for piece in reversed(found):
        masked = masked[: piece.start] + MASK + masked[piece.end :]
    assert len(secret_finder.in_text(masked)) <= len(found)


@pytest.mark.parametrize(
    "piece",
    [
        "x://",
        "x://?",
        "?token=",
        "x://h?token=a&",
        "&amp;",
        "a:",
        "\\/",
        "\\u0026",
        "x://a:b",
        "=",
        "?a",
        ";;",
        "?token=?",
    ],
)
def test_no_text_takes_more_than_its_length(piece: str) -> None:
    """No part of it is looked at once more for every URL or parameter in it: 400 kB end at once, or this test never does."""
    text = "x://h?" + piece * (400_000 // len(piece))
    secret_screen.reason("a/b", text, (), ())
    found = secret_finder.in_text(text)
    assert all(one.end <= two.start for one, two in pairwise(found))


def test_through_the_program(run: Run) -> None:
    value = json.dumps({"hook": "https://host/hook?token=a1b2c3d4e5&n=1"}).replace("/", "\\/")
    done = run("memory", "store", "k", value, check=True)
    assert "secret in a URL's query" in done.stderr
    shown = run("memory", "recall", "k", check=True).stdout
    assert "a1b2c3d4e5" not in shown and re.search("token=‹sealed›&n=1", shown)
    assert run("memory", "search", "a1b2c3d4e5", check=True).stdout == ""
