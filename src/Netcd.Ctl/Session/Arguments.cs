using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>What commands read out of their arguments and of standard input.</summary>
internal static class Arguments
{
    public static ExitException Bad(string message) => new(ExitCodes.BadArguments, message);

    public static EtcdBytes Key(string argument) => ArgumentBytes.Bytes(argument);

    /// <summary>The rest of the input, whole and untrimmed.</summary>
    public static byte[] Input(ProgramConsole console) => console.ReadToEnd();

    /// <summary>The first word of the next line of the input; empty at its end.</summary>
    public static string InputWord(ProgramConsole console) =>
        (console.ReadLine() ?? "").Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault("");
}
