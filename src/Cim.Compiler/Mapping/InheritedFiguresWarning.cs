using Cim.Runtime.Hardware;

namespace Cim.Compiler.Mapping;

/// <summary>Says which figures of a profile are those of its base although it changes what they are stated for (CIM2010).</summary>
internal static class InheritedFiguresWarning
{
    /// <summary>The warning, or null if every figure suits the profile.</summary>
    public static string? Of(HardwareProfile profile) => profile.InheritedFigures.Count == 0 ? null
        : $"Hardware profile '{profile.Name}' changes what these figures of its base are stated for, and there is no rule to rescale them: "
            + $"{string.Join(", ", profile.InheritedFigures.Values)}. They are used as they are; state them in the profile if they differ "
                + $"on your hardware.";
}
