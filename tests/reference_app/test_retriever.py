"""Finding passages in many texts, in any script (guide section 6's `AskRequest`)."""
# ruff: noqa: RUF001 -- texts in their own scripts

import io
from collections.abc import AsyncIterator

import pytest
from fastapi import UploadFile
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.services.retriever import Retriever
from reference_app.services.text import BLOCK, PASSAGE, passages, terms

pytestmark = pytest.mark.anyio


@pytest.fixture
def retriever(engine: AsyncEngine) -> Retriever:
    return Retriever(engine)


async def add(retriever: Retriever, filename: str, content: str | bytes) -> bool:
    data = content if isinstance(content, bytes) else content.encode()
    return await retriever.add(filename, UploadFile(io.BytesIO(data)))


async def best(retriever: Retriever, question: str) -> str:
    return (await retriever.search(question, 5))[0].filename


async def test_the_one_text_that_holds_the_fact_comes_first_among_many(
    retriever: Retriever,
) -> None:
    for number in range(60):
        await add(retriever, f"{number}.txt", f"The valve of pump {number} opens at {number} bar.")
    await add(retriever, "fact.txt", "Saffron is harvested in October.")

    assert await best(retriever, "In which month is the saffron harvested?") == "fact.txt"


async def test_a_rare_word_outweighs_common_ones(retriever: Retriever) -> None:
    await add(retriever, "common.txt", "What is the colour of the sky? The sky is blue.")
    await add(retriever, "other.txt", "What is the colour of grass? The grass is green.")
    await add(retriever, "rare.txt", "An okapi has striped legs.")

    assert await best(retriever, "What is the colour of the legs of the okapi?") == "rare.txt"


@pytest.mark.parametrize(
    ("question", "filename"),
    [
        ("黄河流经几个省区？", "river.txt"),
        ("长城始建于什么时期？", "wall.txt"),
        ("富士山の高さは？", "fuji.txt"),
        ("Какая столица у Перу?", "peru.txt"),
        ("गंगा कहाँ से निकलती है?", "ganga.txt"),
        ("แมวกินอะไร", "cat.txt"),
    ],
)
async def test_a_question_finds_the_text_in_its_script(question: str, filename: str, retriever: Retriever) -> None:
    texts = {
        "river.txt": "黄河是中国第二长河。它流经九个省区。",
        "wall.txt": "长城始建于春秋战国时期。它位于中国北方。",
        "tea.txt": "绿茶是中国的传统饮品。",
        "fuji.txt": "富士山の標高は3776メートルです。",
        "peru.txt": "Лима — столица Перу.",
        "chile.txt": "Сантьяго — столица Чили.",
        "ganga.txt": "गंगा गंगोत्री से निकलती है।",
        "yamuna.txt": "यमुना यमुनोत्री से आती है।",
        "cat.txt": "แมวกินปลา",
        "dog.txt": "สุนัขเห่าเสียงดัง",
    }
    for name, text in texts.items():
        await add(retriever, name, text)

    assert await best(retriever, question) == filename


async def test_a_fact_deep_in_a_long_text_is_quoted_by_a_short_passage(
    retriever: Retriever,
) -> None:
    filler = "Nothing of interest stands in this line.\n" * (BLOCK // 20)
    await add(retriever, "long.txt", f"{filler}The quetzal lives in cloud forests.\n{filler}")

    [source] = await retriever.search("quetzal", 5)

    assert "cloud forests" in source.text
    assert len(source.text) <= PASSAGE


async def test_a_character_that_spans_two_blocks_is_read_whole(retriever: Retriever) -> None:
    await add(retriever, "edge.txt", "a" * (BLOCK - 1) + " 黄河")

    assert await best(retriever, "黄河") == "edge.txt"


async def test_bytes_that_are_no_unicode_are_not_stored(retriever: Retriever) -> None:
    stored = await add(retriever, "late.txt", b"quetzal " * BLOCK + b"\xff")

    assert (stored, await retriever.search("quetzal", 5)) == (False, [])


@pytest.mark.parametrize("question", ["", "\0", "?!", '"', "NEAR(a b)", "a* OR", "-a", "col: a"])
async def test_no_question_is_read_as_a_query_language(question: str, retriever: Retriever) -> None:
    await add(retriever, "text.txt", "Something else.")

    assert await retriever.search(question, 5) == []


async def test_a_question_as_long_as_a_text_is_searched_for(retriever: Retriever) -> None:
    await add(retriever, "text.txt", "The quetzal lives in cloud forests.")

    assert await best(retriever, "quetzal " + " ".join(f"w{n}" for n in range(9000))) == "text.txt"


async def test_no_more_sources_come_than_were_asked_for(retriever: Retriever) -> None:
    for number in range(5):
        await add(retriever, f"{number}.txt", "quetzal")

    assert len(await retriever.search("quetzal", 3)) == 3


async def test_better_passages_come_first(retriever: Retriever) -> None:
    await add(retriever, "half.txt", "A quetzal.")
    await add(retriever, "whole.txt", "A quetzal in a cloud forest.")
    await add(retriever, "none.txt", "A forest.")

    scores = [source.score for source in await retriever.search("quetzal cloud forest", 5)]

    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Café's ﬁrst", ["the", "café", "s", "first"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("黄河水", ["黄", "河", "水", "黄河", "河水"]),
        ("第2章", ["第", "章", "第章", "2"]),
        ("नमस्ते", ["नमस्ते"]),
        ("—…!", []),
    ],
)
def test_a_text_is_taken_apart_into_terms(text: str, found: list[str]) -> None:
    assert list(terms(text)) == found


async def test_passages_together_are_the_text() -> None:
    text = " ".join(f"Sentence number {number}." for number in range(2000))

    async def blocks() -> AsyncIterator[str]:
        for start in range(0, len(text), 999):
            yield text[start : start + 999]

    cut = [passage async for batch in passages(blocks()) for passage in batch]

    assert " ".join(cut) == text
