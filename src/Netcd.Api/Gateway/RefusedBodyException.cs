namespace Netcd.Api.Gateway;

/// <summary>A long body is not read on, because there are others.</summary>
internal sealed class RefusedBodyException() : Exception("too many long bodies");
