namespace Netcd.CommandLine;

/// <summary>What the tools' exit codes mean; source: pkg/cobrautl/error.go.</summary>
public static class ExitCodes
{
    public const int Success = 0;
    public const int Error = 1;
    public const int BadConnection = 2;
    public const int InvalidInput = 3;
    public const int BadFeature = 4;
    public const int Interrupted = 5;
    public const int Io = 6;
    public const int BadArguments = 128;

    /// <summary>The reader of our output has gone: what a shell shows for a program that SIGPIPE ended.</summary>
    public const int BrokenPipe = 141;
}
