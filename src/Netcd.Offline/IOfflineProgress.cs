namespace Netcd.Offline;

/// <summary>Told how far long work has come. Calls come often and from one thread at a time.</summary>
public interface IOfflineProgress
{
    /// <param name="work">What is done, as a person would say it: "copying".</param>
    /// <param name="done">Bytes or records done.</param>
    /// <param name="total">Of how many.</param>
    void Report(string work, long done, long total);
}
