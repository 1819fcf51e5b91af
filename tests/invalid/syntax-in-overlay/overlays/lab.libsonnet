{
  labels: { a: 'b',
}
