using Netcd.Base;
using Netcd.Server.Requests;

namespace Netcd.Server.Apply;

/// <summary>
/// The log holds a request that this release cannot carry out. Going on without it would make this member's data differ
/// from the others'.
/// </summary>
public sealed class UnsupportedEntryException(LogIndex index, InternalRequestKind kind)
    : Exception($"log entry {index}: cannot apply a request of kind {kind}");
