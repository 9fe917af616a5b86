"""What can happen to a browser and its line. Each fault takes its time from the seeded chance, and ends by itself."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import Protocol

from playwright.async_api import BrowserContext

from tests.network.proxy import Proxy, Snare
from tests.network.tab import Tab


@dataclass
class Scene:
    """Where faults happen."""

    proxy: Proxy
    context: BrowserContext
    tabs: list[Tab]
    chance: random.Random

    async def pause(self, least: float, most: float) -> None:
        """For so many seconds, as chance has it."""
        await asyncio.sleep(self.chance.uniform(least, most))

    async def caught(self, snare: Snare) -> None:
        """Until something has gone into it. One that stays empty now stays set for what comes later."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(snare.sprung.wait(), 1.5)

    def any_tab(self) -> Tab:
        """One of them."""
        return self.chance.choice(self.tabs)


async def hold_what_comes(scene: Scene) -> None:
    scene.proxy.hold("down")
    await scene.pause(0.1, 1.2)
    scene.proxy.release()


async def hold_what_goes(scene: Scene) -> None:
    scene.proxy.hold("up")
    await scene.pause(0.1, 1.2)
    scene.proxy.release()


async def hold_and_break(scene: Scene) -> None:
    """What was held never arrives."""
    scene.proxy.hold("up", "down")
    await scene.pause(0.1, 0.6)
    scene.proxy.reset()
    scene.proxy.release()


async def reset(scene: Scene) -> None:
    await scene.pause(0.0, 0.2)
    scene.proxy.reset(lambda _: scene.chance.random() < 0.7)


async def close(scene: Scene) -> None:
    await scene.pause(0.0, 0.2)
    scene.proxy.close(lambda _: scene.chance.random() < 0.7)


async def jitter(scene: Scene) -> None:
    scene.proxy.delay("up", 0.0, 0.3)
    scene.proxy.delay("down", 0.0, 0.3)
    await scene.pause(0.3, 1.2)
    scene.proxy.in_time()


async def black_hole(scene: Scene) -> None:
    """For a while; then whoever spoke into it learns that nobody is there."""
    scene.proxy.swallow()
    await scene.pause(0.2, 1.0)
    scene.proxy.spit()
    scene.proxy.reset(lambda line: line.is_dead)


async def silence(scene: Scene) -> None:
    """The connections of now are dead, and nobody ever learns it but by waiting."""
    scene.proxy.swallow()
    await scene.pause(0.1, 0.5)
    scene.proxy.spit()


async def refuse(scene: Scene) -> None:
    await scene.proxy.refuse()
    scene.proxy.reset()
    await scene.pause(0.1, 1.2)
    await scene.proxy.listen()


async def turn_away(scene: Scene) -> None:
    scene.proxy.turn_away()
    scene.proxy.close()
    await scene.pause(0.1, 1.2)
    scene.proxy.turn_away(False)


async def drop_a_frame(scene: Scene) -> None:
    await scene.caught(scene.proxy.drop_frame(scene.chance.choice((b'"prev_seq"', b'"received"'))))


async def drop_an_answer(scene: Scene) -> None:
    await scene.caught(scene.proxy.drop_answer(silently=False))


async def cut_an_answer(scene: Scene) -> None:
    await scene.caught(scene.proxy.cut_answer(scene.chance.randrange(600)))


async def offline(scene: Scene) -> None:
    """The browser says so itself, and keeps its socket "open"."""
    await scene.context.set_offline(True)
    await scene.pause(0.1, 1.2)
    await scene.context.set_offline(False)


async def reload(scene: Scene) -> None:
    await scene.pause(0.0, 0.2)
    await scene.any_tab().open()


async def reload_while_cut_off(scene: Scene) -> None:
    scene.proxy.reset()
    scene.proxy.hold("down")
    opening = asyncio.create_task(scene.any_tab().open())
    await scene.pause(0.1, 0.6)
    scene.proxy.release()
    await opening


async def close_the_tab(scene: Scene) -> None:
    tab = scene.any_tab()
    await scene.pause(0.0, 0.2)
    await tab.close()
    await scene.pause(0.0, 0.3)
    await tab.open()


async def kill_the_renderer(scene: Scene) -> None:
    tab = scene.any_tab()
    await scene.pause(0.0, 0.2)
    await tab.crash()
    await tab.open()


class Fault(Protocol):
    """A function of this module."""

    __name__: str

    async def __call__(self, scene: Scene) -> None: ...


ON_THE_LINE: tuple[Fault, ...] = (
    hold_what_comes,
    hold_what_goes,
    hold_and_break,
    reset,
    close,
    jitter,
    black_hole,
    refuse,
    turn_away,
    drop_a_frame,
    drop_an_answer,
    cut_an_answer,
    offline,
)
OF_THE_TAB: tuple[Fault, ...] = (reload, reload_while_cut_off, close_the_tab, kill_the_renderer)
