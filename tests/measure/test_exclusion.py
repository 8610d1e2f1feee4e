"""Who is kept out of the figures, and for which named reason."""

import pytest
from starlette.datastructures import Headers

from kb.measure.exclusion import Agents, Exclusion, excluded, named

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/140.0 Mobile"


@pytest.mark.parametrize("agent", [FIREFOX, SAFARI, CUBOT])
def test_people_are_counted(agent: str) -> None:
    """A browser that asks for nothing is a reader."""
    assert excluded(agent, {"accept": "*/*", "DNT": "0"}) == ""


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", Exclusion.LLM_CRAWLER),
        ("Mozilla/5.0 (compatible; ClaudeBot/1.0)", Exclusion.LLM_CRAWLER),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Exclusion.LINK_PREVIEW),
        ("WhatsApp/2.23.20.0", Exclusion.LINK_PREVIEW),
        ("Mozilla/5.0+(compatible; UptimeRobot/2.0)", Exclusion.MONITOR),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", Exclusion.BOT),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0", Exclusion.BOT),
        ("curl/8.5.0", Exclusion.BOT),
        ("  ", Exclusion.NO_USER_AGENT),
    ],
)
def test_robots_have_a_named_reason(agent: str, reason: Exclusion) -> None:
    """Crawlers of language models, link previews, monitors and other robots are told apart."""
    assert reason == excluded(agent, {})


@pytest.mark.parametrize("header", ["DNT", "dnt", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_is_not(header: str) -> None:
    """Do Not Track and Global Privacy Control are honoured before anything else is asked."""
    assert excluded(FIREFOX, Headers({header: "1"})) == Exclusion.DO_NOT_TRACK
    assert excluded("curl/8", Headers({header: "1"})) == Exclusion.DO_NOT_TRACK


def test_a_prefetch_is_nobody_reading() -> None:
    """What a browser fetches ahead is not a view."""
    assert excluded(FIREFOX, Headers({"Sec-Purpose": "prefetch;prerender"})) == Exclusion.PREFETCH


def test_an_agent_that_is_known_is_judged_as_before() -> None:
    """Who was judged once is judged the same again, and nothing of the user agent is kept."""
    agents = Agents()
    some = (FIREFOX, "curl/8", "", "GPTBot/1.2", FIREFOX + " bot/")
    for _ in range(2):
        assert [named(one) for one in some] == [agents.named(one) for one in some]
    kept = repr(agents)
    assert not [one for one in some if one and one in kept]
