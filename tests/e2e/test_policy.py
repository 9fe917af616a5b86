"""The content security policy in a real browser: our page never breaks it, and what does is reported."""

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product, eventually

LISTEN = """() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
}"""
BREAK = """() => {
  new Image().src = "http://127.0.0.1:9/elsewhere.png?token=secret";
  const script = document.createElement("script");
  script.textContent = "window.inlineRan = true";
  document.head.append(script);
}"""


async def test_the_page_keeps_the_policy_and_what_breaks_it_is_blocked_and_reported(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    await ana.page.context.add_init_script(f"({LISTEN})()")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    await ana.write("A message sent under the policy")
    await ana.until_bubble("A message sent under the policy", "delivered")
    assert await ana.page.evaluate("window.violations") == []
    assert "content security policy" not in product.log()

    await ana.page.evaluate(BREAK)
    assert await ana.page.evaluate("window.inlineRan") is None

    async def reported() -> bool:
        return "img-src blocked http://127.0.0.1:9/elsewhere.png" in product.log()

    await eventually(reported)
    assert "token=secret" not in product.log()
