namespace Netcd.Ctl.Session;

/// <summary>DNS has no service records of this name; the message is Go's.</summary>
internal sealed class ServiceRecordException(string message) : Exception(message);
