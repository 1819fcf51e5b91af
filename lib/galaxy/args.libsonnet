// What networkArgs may say to galaxy, and what each is when it says nothing.
{
  backendType: 'vxlan',
}
