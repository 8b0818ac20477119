"""The root: settings, addresses and the list of modules. The only room that knows all the others."""
