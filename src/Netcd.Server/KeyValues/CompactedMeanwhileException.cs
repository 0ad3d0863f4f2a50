namespace Netcd.Server.KeyValues;

/// <summary>The revision at which a read-only transaction reads was compacted while it ran: it starts over.</summary>
internal sealed class CompactedMeanwhileException() : Exception("the revision read at was compacted meanwhile");
