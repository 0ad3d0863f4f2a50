using Netcd.Base.Records;

namespace Netcd.Offline.Dump;

/// <summary>A record of the log, decoded.</summary>
/// <param name="Type">Its kind by name.</param>
/// <param name="Text">What it says.</param>
/// <param name="Entry">The entry, if it is one.</param>
internal sealed record WalDumpRecord(string Type, string Text, Entry? Entry);
