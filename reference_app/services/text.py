"""Texts in any script: read, cut into passages, taken apart into terms."""

import codecs
import unicodedata
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import regex
from fastapi import UploadFile

BLOCK = 256 * 1024
PASSAGE = 800  # characters: a few sentences, short enough to quote
# Where to end a passage, best first: paragraphs, lines, sentences, words.
ENDS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "，", " ")  # noqa: RUF001

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# These scripts put no spaces between words.
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*")


async def decoded(file: UploadFile) -> AsyncIterator[str]:
    """The file's text block by block; `UnicodeDecodeError` where it is no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    await file.seek(0)
    while block := await file.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


async def passages(blocks: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    """The passages that become complete with each block; no sentence is cut that need not be."""
    rest = ""
    async for block in blocks:
        complete, rest = _cut(rest + block)
        yield complete
    yield [rest.strip()] if rest.strip() else []


def terms(text: str) -> Iterator[str]:
    """The words of a text; of scripts without spaces, each character and each pair of them.

    Pairs find a word wherever it stands, without a dictionary, which is how Lucene reads Chinese.
    """
    for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        characters = UNSPACED.findall(word)
        if not characters:
            yield word
            continue
        yield from characters
        yield from map("".join, pairwise(characters))
        yield from UNSPACED.sub(" ", word).split()


def _cut(text: str) -> tuple[list[str], str]:
    complete = []
    start = 0
    while len(text) - start > PASSAGE:
        end = _end(text, start)
        complete.append(text[start:end].strip())
        start = end
    return [passage for passage in complete if passage], text[start:]


def _end(text: str, start: int) -> int:
    for mark in ENDS:
        found = text.rfind(mark, start + PASSAGE // 2, start + PASSAGE)
        if found >= 0:
            return found + len(mark)
    return start + PASSAGE
