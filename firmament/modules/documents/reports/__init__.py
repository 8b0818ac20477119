"""What pages (`requests`) and letters (`letters`) say."""
