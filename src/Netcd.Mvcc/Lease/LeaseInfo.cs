using System.Runtime.InteropServices;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>A lease at one moment.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="GrantedTtlSeconds">TTL after clamping to the minimum.</param>
/// <param name="RemainingTtlSeconds">
/// Whole seconds left, negative once expired; <see cref="Lessor.ForeverSeconds"/> unless the lessor is primary.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LeaseInfo(LeaseId Id, long GrantedTtlSeconds, long RemainingTtlSeconds);
