"""Guide section 5: path and query parameters are converted to their types, or refused."""

from hypothesis import strategies as st

from conformance.checks import expect, expect_error_at, expect_object, expect_status, expect_value
from conformance.exchange import build
from conformance.properties import Api, Flow, given, requirement
from conformance.strategies import ECHOED_WORDS, INTEGERS, LARGEST, SPOKEN, echoed_text, integers, letters

_NEARLY_Q: dict[str, object] = dict.fromkeys(("s", "search", "term", "text", "keyword"), "fastapi")


@requirement("path-int-echo")
@given(st.integers(0, LARGEST), boundaries=[n for n in INTEGERS if n >= 0])
def test_a_path_parameter_is_an_integer(api: Api, number: int) -> Flow:
    exchange = yield build("GET", f"/users/{number}")

    expect_status(exchange, 200)
    expect_value(exchange, "user_id", number)


@requirement("path-int-invalid")
@given(letters(), boundaries=["abc", "x", "seven", *SPOKEN])
def test_letters_are_no_path_integer(api: Api, word: str) -> Flow:
    exchange = yield build("GET", f"/users/{word}")

    expect_error_at(exchange, "path", "user_id")


@requirement("query-echo")
@given(
    st.tuples(echoed_text(), integers()),
    boundaries=[*((word, 5) for word in ECHOED_WORDS), *(("fastapi", number) for number in INTEGERS)],
)
def test_query_parameters_come_back_as_sent(api: Api, sent: tuple[str, int]) -> Flow:
    q, limit = sent
    query = {"q": q, "limit": limit}
    # Which of them comes first is nobody's matter.
    exchange = yield build("GET", "/search", query=query if limit % 2 else dict(reversed(query.items())))

    expect_status(exchange, 200)
    expect_value(exchange, "q", q)
    expect_value(exchange, "limit", limit)


@requirement("query-default")
@given(echoed_text(), boundaries=["fastapi"], count=5)
def test_a_limit_that_is_not_sent_is_ten(api: Api, q: str) -> Flow:
    # What the request before asked for is no default.
    yield build("GET", "/search", query={"q": "before", "limit": 77})
    exchange = yield build("GET", "/search", query={"q": q})

    expect_status(exchange, 200)
    expect_value(exchange, "limit", 10)


@requirement("query-required")
@given(st.just({}), boundaries=[{}, {"limit": 5}, {"query": "fastapi"}, _NEARLY_Q], count=1)
def test_a_required_query_parameter_must_be_there(api: Api, query: dict[str, object]) -> Flow:
    # Nor does that of the request before stand in for it.
    _, exchange = yield [build("GET", "/search", query=each) for each in ({"q": "before"}, query)]

    expect_error_at(exchange, "query", "q")


@requirement("query-int-invalid")
@given(letters(), boundaries=["abc", "ten", "x", *SPOKEN])
def test_letters_are_no_query_integer(api: Api, word: str) -> Flow:
    exchange = yield build("GET", "/search", query={"q": "fastapi", "limit": word})

    expect_error_at(exchange, "query", "limit")


@requirement("query-unknown-ignored")
def test_an_undeclared_query_parameter_changes_nothing(api: Api) -> None:
    extra = f"undeclared{api.draws.token()}"
    asked: list[tuple[str, dict[str, object]]] = [
        ("/search", {"q": api.draws.token("q"), "limit": 5}),
        ("/users/7", {}),
    ]
    requests = [build("GET", path, query=each) for path, query in asked for each in (query, {**query, extra: "1"})]
    # What these show besides may change from one answer to the next.
    requests += [build("GET", path, query={extra: "1"}) for path in ("/health", "/items")]
    exchanges = api.send_all(requests)
    for exchange in exchanges:
        expect_status(exchange, 200)
    for known, with_extra in (exchanges[:2], exchanges[2:4]):
        same = expect_object(known) == expect_object(with_extra)
        expect(same, with_extra, f"the same answer as without {extra}")
