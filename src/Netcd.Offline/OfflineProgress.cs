namespace Netcd.Offline;

/// <summary>Told how far long work has come. Calls come often and from one thread at a time.</summary>
/// <param name="work">What is done, as a person would say it: "copying".</param>
/// <param name="done">Bytes or records done.</param>
/// <param name="total">Of how many.</param>
public delegate void OfflineProgress(string work, long done, long total);
