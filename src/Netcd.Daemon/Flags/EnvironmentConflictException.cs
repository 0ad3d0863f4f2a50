namespace Netcd.Daemon.Flags;

/// <summary>A flag is given on the command line and its variable is in the environment: the start is refused.</summary>
internal sealed class EnvironmentConflictException(string variable) : Exception(variable)
{
    public string Variable { get; } = variable;
}
