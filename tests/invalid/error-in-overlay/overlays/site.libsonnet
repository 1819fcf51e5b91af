function(site)
  {
    labels: { site: if site == 'bj' then site else error 'no site ' + site },
  }
