namespace Netcd.Api.Web;

/// <summary>One named check; null means healthy, else the error's text.</summary>
internal sealed record HealthCheck(string Name, Func<Task<string?>> FindErrorAsync);
