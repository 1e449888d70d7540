"""What has become faster or slower: models of one run, and runs of two days or devices."""
