"""Signatures by the published test vectors, and what is not a signature."""

import pytest

from shopform.kit.signatures import DIGESTS, ENCODINGS, Scheme, matching, sign, verify

# RFC 4231 4.3, and RFC 2202 3.
KEY, BODY = "Jefe", b"what do ya want for nothing?"
SHA256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
SHA1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"


def test_signatures_are_those_of_the_rfcs() -> None:
    assert sign(BODY, KEY) == SHA256
    assert sign(BODY, KEY, Scheme("sha1")) == SHA1
    assert sign(BODY, KEY, Scheme("sha1", "base64")) == "7/zfauXrL6LSdBbV8YTfnCWafHk="


@pytest.mark.parametrize("written", [SHA256, SHA256.upper(), f"SHA256={SHA256}", f" {SHA256}\n"])
def test_a_signature_may_be_written_in_several_ways(written: str) -> None:
    assert verify(BODY, written, KEY)


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"a\r\nb\r\n\r\n"])
def test_a_body_is_bytes(body: bytes) -> None:
    for scheme in (Scheme(), Scheme("sha512", "base64")):
        signed = sign(body, KEY, scheme)
        assert verify(body, f"{scheme.digest}={signed}", KEY, scheme)
        assert not verify(body + b"\n", signed, KEY, scheme)


@pytest.mark.parametrize(
    "written", ["", SHA256[:-1], f"{SHA256[:-1]}0", SHA1, "é", "\udce9", "sha256="]
)
def test_what_is_not_the_signature_is_refused(written: str) -> None:
    assert not verify(BODY, written, KEY)
    assert not verify(BODY + b"\n", SHA256, KEY)
    assert not verify(BODY, SHA256, "jefe")


def test_the_scheme_of_a_signature_is_found() -> None:
    for digest in DIGESTS:
        for encoding in ENCODINGS:
            one = Scheme(digest, encoding)
            assert list(matching(BODY, sign(BODY, KEY, one), KEY)) == [one]
