namespace Netcd.CommandLine;

/// <summary>The versions that help pages show.</summary>
public sealed record ProgramVersion(string Version, string ApiVersion);
