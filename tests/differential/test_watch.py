"""The watch sees what is wrong in a frame, and nothing where nothing is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page

from tests.watch import Watch

ADDRESS = "http://page.example/c/one"
PAGE = """<div data-composer><textarea></textarea></div><main aria-label=Messages style="min-height: 200px"></main><script>
  const list = document.querySelector('main');
  const field = document.querySelector('textarea');
  const add = (id, pos = '', status = 'sending', text = id) => {
    const row = document.createElement('p');
    Object.assign(row.dataset, {clientId: id, pos, status, direction: 'outbound'});
    row.id = id;
    row.textContent = text;
    list.append(row);
    return row;
  };
  const turn = () => { list.replaceChildren(); history.pushState(null, '', '/c/two'); };
  const frames = count => new Promise(resolve => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : setTimeout(resolve));
    next();
  });
</script>"""
ENTER = "field.value = 'Good morning'; field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));"


BUBBLE = "add('a', '', 'sending', 'Good morning');"
OTHER = BUBBLE.replace("'a'", "'b'")
MOMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "two of one": (("add('a'); add('a')",), "doubled remounted"),
    "two of one between frames": (
        ("add('a'); add('a'); await 0; list.lastChild.remove()",),
        "doubled",
    ),
    "gone and back": (("add('a')", "list.lastChild.remove()", "add('a')"), "blinked"),
    "gone": (("add('a')", "list.lastChild.remove()"), ""),
    "another node": (("add('a')", "list.firstChild.remove(); add('a')"), "remounted"),
    "in the wrong order": (("add('a', 2); add('b', 1)",), "unordered"),
    "stored after optimistic": (("add('a'); add('b', 1)",), "unordered"),
    "another place": (("add('a', 1)", "list.lastChild.dataset.pos = 2"), "moved"),
    "no bubble": ((ENTER,), "late"),
    "a bubble two frames later": ((f"{ENTER} await frames(2); {BUBBLE}",), "late"),
    "a bubble at once": ((f"{ENTER} {BUBBLE}",), ""),
    "a bubble at once, and the agent turns away": ((f"{ENTER} {BUBBLE} await 0; turn()",), ""),
}


@asynccontextmanager
async def watched(browser: Browser, watch: Watch) -> AsyncIterator[Page]:
    """A page of our making that has rows and a composer like the inbox."""
    context = await browser.new_context()
    await watch.follow(context)
    page = await context.new_page()
    await page.route(
        "http://page.example/**", lambda route: route.fulfill(body=PAGE, content_type="text/html")
    )
    await page.goto(ADDRESS)
    yield page
    await context.close()


async def live(page: Page, *moments: str) -> None:
    """One after the other, with two frames after each."""
    for moment in moments:
        await page.evaluate(f"async () => {{ {moment}; await frames(2); }}")


@pytest.mark.browser
async def test_each_fault_of_a_frame_is_told_and_no_other(browser: Browser) -> None:
    told = {}
    for name, (moments, _) in MOMENTS.items():
        watch = Watch()
        async with watched(browser, watch) as page:
            await live(page, *moments)
        told[name] = " ".join(watch.counted())
    assert told == {name: kind for name, (_, kind) in MOMENTS.items()}


@pytest.mark.browser
async def test_two_enters_before_the_agent_turns_away_are_not_called_late(browser: Browser) -> None:
    watch = Watch()
    async with watched(browser, watch) as page:
        await live(
            page,
            f"{ENTER} {BUBBLE} {ENTER} {OTHER} await 0; turn(); add('c', 1)",
        )
    assert watch.faults == []
    assert watch.texts == [("one", "Good morning")] * 2


@pytest.mark.browser
async def test_what_a_page_has_shown_does_not_fall_in_a_later_one_of_the_same_browser(
    browser: Browser,
) -> None:
    watch = Watch()
    async with watched(browser, watch) as page:
        await live(page, "add('a', 1, 'delivered')")
        await page.reload()
        assert watch.fallen() == []
        await live(page, "add('a', 1, 'sent')", "list.lastChild.dataset.status = 'read'")
        async with watched(browser, watch) as another:
            await live(another, "add('a', 1, 'sent')")
    (fall,) = watch.fallen()
    assert fall.startswith("a of page 0")
