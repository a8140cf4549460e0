"""The page: the assistant in a browser, for people and, by its endpoints, for programs.

`render` turns answers into HTML; `chat` is the conversation with its evidence; `layout` puts the tabs together.
Nothing here finds, reads or ranks: it shows what `Assistant` and `Index` give.
"""
