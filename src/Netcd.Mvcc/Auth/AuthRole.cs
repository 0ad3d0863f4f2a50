namespace Netcd.Mvcc;

/// <summary>authpb.Role. Never changed: a change makes another one.</summary>
/// <param name="Name">The name's bytes, which need not be UTF-8.</param>
/// <param name="Permissions">In the order in which they are stored.</param>
public sealed record AuthRole(byte[] Name, IReadOnlyList<AuthPermission> Permissions);
