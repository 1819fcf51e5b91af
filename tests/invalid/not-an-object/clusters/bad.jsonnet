'bad'
