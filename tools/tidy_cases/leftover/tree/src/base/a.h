/* XXX */
/* mktemp a.XXXXXX */
