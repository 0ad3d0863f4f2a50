using Netcd.Base;
using Netcd.Server.Requests;

namespace Netcd.Server;

/// <summary>A raised alarm.</summary>
public readonly record struct Alarm(MemberId Member, AlarmType Type);
