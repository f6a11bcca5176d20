using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Sweep;

/// <summary>One point of the grid.</summary>
/// <param name="Values">One value per axis.</param>
/// <param name="Hardware">The profile with them.</param>
internal sealed record SweepPoint(ImmutableArray<string> Values, HardwareProfile Hardware);

/// <summary>A grid of hardware over one or two parameters; every profile is checked before anything runs.</summary>
internal sealed record SweepPlan
{
    private SweepPlan(ImmutableArray<SweepAxis> axes, ImmutableArray<SweepPoint> points, bool impliesModel) =>
        (Axes, Points, ImpliesErrorModel) = (axes, points, impliesModel);

    public ImmutableArray<SweepAxis> Axes { get; }

    /// <summary>The first axis outermost.</summary>
    public ImmutableArray<SweepPoint> Points { get; }

    /// <summary>True if a sigma was asked for without a model, so that <c>independent</c> was taken.</summary>
    public bool ImpliesErrorModel { get; }

    /// <summary>The values of a point: <c>adcBits=4, readNoise.sigma=0.01</c>.</summary>
    public string Describe(int point) => string.Join(", ", Axes.Zip(Points[point].Values, (a, v) => $"{a.Field}={v}"));

    /// <param name="hardware">The profile.</param>
    /// <param name="settings">Fields that are the same everywhere.</param>
    /// <param name="axes">One or two parameters.</param>
    /// <exception cref="CimException">CIM0010, CIM2001 to CIM2008: impossible parameters or values.</exception>
    public static SweepPlan Of(HardwareProfile hardware, IReadOnlyList<ProfileSetting> settings, ImmutableArray<SweepAxis> axes)
    {
        if (axes.Length is < 1 or > 2)
            throw new CimException(ErrorCodes.WrongUsage, $"--vary is given {axes.Length} times; a sweep has one or two parameters.");
        if (axes.Length == 2 && axes[0].Field == axes[1].Field)
            throw new CimException(ErrorCodes.WrongUsage, $"--vary names '{axes[0].Field}' twice; give all its values in one --vary.");
        bool implies = hardware.ProgrammingError.Model == "none" && Sets("programmingError.sigma") && !Sets("programmingError.model");
        if (implies) hardware = hardware with { ProgrammingError = hardware.ProgrammingError with { Model = "independent" } };
        var points = ImmutableArray.CreateBuilder<SweepPoint>();
        foreach (string first in axes[0].Values)
        foreach (string? second in axes.Length == 2 ? axes[1].Values : [null!])
        {
            ImmutableArray<string> values = second is null ? [first] : [first, second];
            points.Add(new SweepPoint(
                values, ProfileSetting.Apply(hardware, [.. settings, .. axes.Zip(values, (a, v) => new ProfileSetting(a.Field, v))])));
        }

        return new SweepPlan(axes, points.ToImmutable(), implies);

        bool Sets(string field) => settings.Any(s => s.Field == field) || axes.Any(a => a.Field == field);
    }
}
