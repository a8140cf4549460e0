"""The page: the assistant in a browser, for people and, by its endpoints, for programs.

`marks` turns texts into HTML and `render` answers; `talk` keeps a conversation and `chat` shows it with its evidence;
`edits` changes the texts and `texts` lists them; `api` serves programs; `layout` puts it all together.
Nothing here finds, reads or ranks: it shows what `Assistant` and `Index` give.
"""
