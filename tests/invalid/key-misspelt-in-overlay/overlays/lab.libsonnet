{
  // the lab
  dnsDomian: 'lab.local',
}
