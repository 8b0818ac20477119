"""`{% snippet "key" %}`: another wording in this place."""

from typing import TextIO, cast

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import StringLiteral, parse_primitive
from liquid.exceptions import LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_TAG, Token

from firmament.kernel.wording.budget import Budget


class SnippetNode(Node):
    """The place of a nested snippet; `key` says which."""

    __slots__ = ("key",)

    def __init__(self, token: Token, key: str) -> None:
        super().__init__(token)
        self.key = key
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the snippet with the same values. Its own values are escaped as they are written, and not again."""
        budget = cast(Budget, context)
        with budget.within(self.key, self.token) as template:
            for node in template.nodes:
                node.render(budget, buffer)
        return 1


class SnippetTag(Tag):
    """A literal key only, so that what a wording contains is known before it is filled in."""

    name = "snippet"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """One string and nothing after it."""
        token = stream.eat(TOKEN_TAG)
        tokens = stream.into_inner(tag=token, eat=False)
        key = parse_primitive(self.env, tokens)
        if not isinstance(key, StringLiteral) or tokens.current.kind != TOKEN_EOF:
            raise LiquidSyntaxError(
                'a snippet is named by its key in quotes: {% snippet "key" %}', token=token
            )
        return SnippetNode(token, str(key.value))
