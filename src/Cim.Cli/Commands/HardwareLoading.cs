using Cim.Cli.Invocation;
using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands;

/// <summary>The hardware profile of a command line.</summary>
internal static class HardwareLoading
{
    /// <summary>A built-in profile or one from a file; warns (CIM2010) of figures of its base that it makes unsuitable.</summary>
    /// <exception cref="CimException">CIM2001 to CIM2006, CIM2008: there is no such profile, or the file is not a valid one.</exception>
    public static HardwareProfile LoadHardware(this CommandContext context, string nameOrPath)
    {
        HardwareProfile profile = HardwareProfiles.Load(nameOrPath);
        if (InheritedFiguresWarning.Of(profile) is { } warning) context.Warn(ErrorCodes.FigureOfBase, warning, nameOrPath);
        return profile;
    }
}
