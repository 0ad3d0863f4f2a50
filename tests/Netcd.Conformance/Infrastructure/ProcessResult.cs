namespace Netcd.Conformance.Infrastructure;

/// <summary>What a finished program left.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>The standard output of a program that had to succeed.</summary>
    public string Success
    {
        get
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
            return Output;
        }
    }
}
