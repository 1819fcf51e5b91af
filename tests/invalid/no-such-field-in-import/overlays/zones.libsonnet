// Größere Zonen: é
{
  zone(name):: { local known = { north: '1' }, id: known[name] },
  labels+: { zone: $.sones },
}
