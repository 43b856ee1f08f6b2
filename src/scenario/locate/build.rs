//! From tokens to the tree.

use super::token::{Kind, Token, Tokens};
use super::{Item, Node, Tree};
use std::ops::Range;

/// Builds the tree with a stack of its own: depth costs no stack of the machine.
#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    /// Open groups, with what was read of their next entry.
    open: Vec<Frame>,
}

#[derive(Default)]
struct Frame {
    node: Option<usize>,
    key: Option<Range<usize>>,
    value: Option<usize>,
    items: Vec<Item>,
}

/// The tree of a text.
pub(super) fn tree(text: &str) -> Tree<'_> {
    Builder::default().run(text)
}

impl Builder {
    fn run(mut self, text: &str) -> Tree<'_> {
        let mut top = Frame::default();
        let mut tokens = Tokens::new(text).peekable();
        while let Some(token) = tokens.next() {
            match token.kind {
                Kind::Value => {
                    let opens = tokens.peek().is_some_and(|next| next.kind == Kind::Open(b'('));
                    if token.word && opens {
                        if let Some(paren) = tokens.next() {
                            self.push(&mut top, paren, Some(token.span));
                        }
                    } else {
                        let node = self.node(token.span, None, None);
                        self.value(&mut top, node);
                    }
                }
                Kind::Open(_) => self.push(&mut top, token, None),
                Kind::Colon => {
                    let frame = self.open.last_mut().unwrap_or(&mut top);
                    if let Some(value) = frame.value.take() {
                        frame.key = Some(self.nodes[value].span.clone());
                    }
                }
                Kind::Comma => {
                    let frame = self.open.last_mut().unwrap_or(&mut top);
                    flush(frame, Some(token.span.start));
                }
                Kind::Close => self.pop(&mut top, token.span.end),
            }
        }
        let unclosed = self.open.last().and_then(|frame| frame.node);
        while !self.open.is_empty() {
            self.pop(&mut top, text.len());
        }
        flush(&mut top, None);
        let root = top.items.first().map(|item| item.node);
        Tree { text, nodes: self.nodes, root, unclosed }
    }

    fn node(&mut self, span: Range<usize>, name: Option<Range<usize>>, open: Option<u8>) -> usize {
        self.nodes.push(Node { span, name, open, items: Vec::new(), parent: None });
        self.nodes.len() - 1
    }

    fn value(&mut self, top: &mut Frame, node: usize) {
        let frame = self.open.last_mut().unwrap_or(top);
        if frame.value.is_some() {
            // A comma is missing.
            flush(frame, None);
        }
        frame.value = Some(node);
    }

    fn push(&mut self, top: &mut Frame, token: Token, name: Option<Range<usize>>) {
        let Kind::Open(bracket) = token.kind else { return };
        let start = name.as_ref().map_or(token.span.start, |name| name.start);
        let node = self.node(start..token.span.end, name, Some(bracket));
        self.value(top, node);
        self.open.push(Frame { node: Some(node), ..Frame::default() });
    }

    fn pop(&mut self, top: &mut Frame, end: usize) {
        let Some(mut frame) = self.open.pop() else {
            flush(top, None);
            return;
        };
        flush(&mut frame, None);
        if let Some(node) = frame.node {
            for (i, item) in frame.items.iter().enumerate() {
                self.nodes[item.node].parent = Some((node, i));
            }
            self.nodes[node].span.end = end;
            self.nodes[node].items = frame.items;
        }
    }
}

fn flush(frame: &mut Frame, comma: Option<usize>) {
    let key = frame.key.take();
    if let Some(node) = frame.value.take() {
        frame.items.push(Item { key, node, comma });
    }
}
