using Cim.Cli.Invocation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Json;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim hardware list --json</c> prints.</summary>
internal sealed class HardwareListDocument(IEnumerable<HardwareProfile> profiles) : JsonResult
{
    public IEnumerable<ProfileDocument> Profiles => profiles.Select(profile => new ProfileDocument(profile));
}

/// <summary>The size of a machine.</summary>
internal sealed class ProfileDocument(HardwareProfile profile)
{
    public string Name => profile.Name;
    public string Description => profile.Description;
    public int Rows => profile.Rows;
    public int Columns => profile.Columns;
    public int CellBits => profile.CellBits;
    public int DacBits => profile.DacBits;
    public int AdcBits => profile.AdcBits;
}

/// <summary>What <c>cim hardware fields --json</c> prints.</summary>
internal sealed class HardwareFieldsDocument(IEnumerable<ProfileField> fields) : JsonResult
{
    public IEnumerable<FieldDocument> Fields => fields.Select(f => new FieldDocument(f));
}

/// <summary>A field that a profile can have.</summary>
internal sealed class FieldDocument(ProfileField described)
{
    public string Name => described.Name;
    public string Unit => described.Unit;
    public string Range => described.Range;
    public bool Required => described.IsRequired;
    public string Meaning => described.Meaning;
}
