"""Why the web floor's tables stand open: no client is named in them."""

from firmament.kernel.policies.powers import stands_open

stands_open("web.Import", reason="a file on its way in, read by nobody but the person who brought it")
stands_open("web.ImportRow", reason="its rows, likewise")
