{ name: 'bad', type: 'Baremetal' }
