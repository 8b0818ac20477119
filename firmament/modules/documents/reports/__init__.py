"""What pages (`requests`, `items`) and letters (`letters`) say."""
