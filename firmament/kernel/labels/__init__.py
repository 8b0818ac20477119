"""Labels: tags that a firm's people give freely, and folders in a tree, one mechanism for every room that sorts things."""
