"""What every half of the model does to the wire and to the budget of faults."""

from tests.model.setting import Setting
from tests.model.state import NO_WRITE, Link, State, Tab


def spent(s: State, fault: int) -> State:
    """One fault of this kind less to come."""
    left = s.left
    return s._replace(left=(*left[:fault], left[fault] - 1, *left[fault + 1 :]))


def cut(link: Link) -> Link:
    """The socket is gone; what was on its way on it lies behind the cursor again."""
    if not link.open:
        return link
    frame = 1 << link.frame[0] if link.frame else 0
    return link._replace(open=0, behind=link.behind | link.swallowed | frame, swallowed=0, frame=())


def fresh_page(life: int, setting: Setting) -> Tab:
    """A page that knows nothing yet, or is closed."""
    none = (0,) * setting.messages
    return Tab(life, none, none, (NO_WRITE,) * setting.messages, none, 0, Link())
