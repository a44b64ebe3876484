"""The report as slides: deck.py tells the story, slide.py holds one slide, text.py fits words into boxes, and
drawing.py turns charts into pictures."""
