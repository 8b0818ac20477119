"""What pages (`requests`, `items`), the dashboard (`overview`) and letters (`letters`) say."""
