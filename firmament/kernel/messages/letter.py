"""From Markdown to the two bodies of a mail: plain text, and HTML that mail programs can show."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

# Mail programs drop style sheets, so every element carries its own style. Only mail does this.
FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
STYLES = {
    "p": FONT + "margin:0 0 16px;font-size:16px;line-height:24px;color:#1f2933;",
    "h1": FONT + "margin:0 0 16px;font-size:22px;line-height:28px;color:#1f2933;",
    "h2": FONT + "margin:24px 0 12px;font-size:18px;line-height:24px;color:#1f2933;",
    "h3": FONT + "margin:20px 0 8px;font-size:16px;line-height:24px;color:#1f2933;",
    "ul": FONT + "margin:0 0 16px;padding-left:24px;font-size:16px;line-height:24px;color:#1f2933;",
    "ol": FONT + "margin:0 0 16px;padding-left:24px;font-size:16px;line-height:24px;color:#1f2933;",
    "li": "margin:0 0 4px;",
    "blockquote": "margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #cbd2d9;",
    "hr": "border:0;border-top:1px solid #e4e7eb;margin:24px 0;",
}
LINK = "color:{colour};text-decoration:underline;"
BUTTON = (
    FONT + "display:inline-block;padding:12px 20px;border-radius:6px;background:{colour};color:#ffffff;"
    "font-size:16px;line-height:20px;font-weight:600;text-decoration:none;"
)
TAGS = {"p", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "hr", "br", "a", "strong", "em", "code"}
SCHEMES = {"http", "https", "mailto", "tel"}

MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def to_html(markdown: str, *, colour: str, site: str) -> str:
    """The HTML of a body (no surrounding page). A paragraph that is one link becomes a button.

    `colour` is `#rrggbb`; `site` is the address that links beginning with `/` are completed with.
    """
    tokens = MARKDOWN.parse(markdown)
    for index, token in enumerate(tokens):
        if token.tag in STYLES and token.nesting >= 0:
            token.attrSet("style", STYLES[token.tag])
        if token.type == "inline":
            alone = tokens[index - 1].type == "paragraph_open" and _is_one_link(token)
            for child in token.children or []:
                if child.type == "link_open":
                    child.attrSet("style", (BUTTON if alone else LINK).format(colour=colour))
                    child.attrSet("href", urljoin(site, str(child.attrGet("href"))))
    made = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return nh3.clean(
        made,
        tags=TAGS,
        attributes={"*": {"style"}, "a": {"href", "style"}, "ol": {"start", "style"}},
        url_schemes=SCHEMES,
        link_rel=None,
    )


def to_text(markdown: str, *, site: str) -> str:
    """The same body for people who read plain text: no marks, each link's address written out."""
    blocks = _blocks(SyntaxTreeNode(MARKDOWN.parse(markdown)), site)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _is_one_link(inline: Token) -> bool:
    children = [child for child in inline.children or [] if child.content.strip() or child.nesting]
    links = [child for child in children if child.type == "link_open"]
    return len(links) == 1 and children[0].type == "link_open" and children[-1].type == "link_close"


def _blocks(node: SyntaxTreeNode, site: str) -> list[str]:
    blocks = []
    for child in node.children:
        match child.type:
            case "bullet_list":
                blocks.append("\n".join(_item("- ", item, site) for item in child.children))
            case "ordered_list":
                first = int(child.attrs.get("start", 1))
                numbered = enumerate(child.children, first)
                blocks.append("\n".join(_item(f"{number}. ", item, site) for number, item in numbered))
            case "blockquote":
                quoted = "\n\n".join(_blocks(child, site)).split("\n")
                blocks.append("\n".join(f"> {line}".rstrip() for line in quoted))
            case "hr":
                blocks.append("-" * 24)
            case "fence" | "code_block":
                blocks.append(child.content.rstrip("\n"))
            case _:
                blocks.append("".join(_inline(part, site) for part in child.children))
    return blocks


def _item(mark: str, node: SyntaxTreeNode, site: str) -> str:
    return mark + "\n".join(_blocks(node, site)).replace("\n", "\n" + " " * len(mark))


def _inline(node: SyntaxTreeNode, site: str) -> str:
    write: dict[str, Callable[[SyntaxTreeNode], str]] = {
        "text": lambda n: n.content,
        "code_inline": lambda n: n.content,
        "softbreak": lambda n: " ",
        "hardbreak": lambda n: "\n",
        "link": lambda n: _link(n, site),
    }
    if node.type in write:
        return write[node.type](node)
    return "".join(_inline(child, site) for child in node.children)


def _link(node: SyntaxTreeNode, site: str) -> str:
    label = "".join(_inline(child, site) for child in node.children)
    address = urljoin(site, str(node.attrs.get("href", "")))
    if urlsplit(address).scheme not in SCHEMES:
        return label
    bare = address.removeprefix("mailto:")
    return bare if label in (address, bare) else f"{label}: {bare}"
