using System.Runtime.InteropServices;

namespace Netcd.Server.Waiting;

/// <summary>A proposal whose result somebody waits for.</summary>
/// <param name="Waiter">Who hears of it.</param>
/// <param name="Started">Timestamp of the proposal.</param>
/// <param name="Bytes">Encoded length of the request.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PendingRequest(IProposalWaiter Waiter, long Started, int Bytes);
