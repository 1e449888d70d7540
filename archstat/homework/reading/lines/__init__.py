"""Tables drawn in lines of text: with bars, commas, blanks, or as a tool prints them."""
