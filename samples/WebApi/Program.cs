using WebApi;

const long LargestUpload = 10 << 20;
const int Answers = 3;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = LargestUpload);
// One instance serves all requests; the container disposes it.
builder.Services.AddSingleton(_ => Classifier.Load());
builder.Services.AddSingleton(new Picture(Classifier.Info.Inputs[0], onBlack: true));
builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");
builder.Services.AddProblemDetails();

WebApplication app = builder.Build();
app.UseExceptionHandler();
app.MapHealthChecks("/health");
app.MapGet("/", () => "POST a PNG or JPEG to /classify: curl --data-binary @shoe.png http://localhost:5000/classify\n");

app.MapPost("/classify", async (HttpRequest request, Classifier model, Picture picture, CancellationToken cancellation) =>
{
    // The body itself (which curl --data-binary calls a form of another kind), or the first file of a form.
    Stream upload = request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true
        ? (await request.ReadFormAsync(cancellation)).Files is [var file, ..] ? file.OpenReadStream() : Stream.Null
        : request.Body;
    using var buffer = new MemoryStream();
    await upload.CopyToAsync(buffer, cancellation);
    if (picture.Read(buffer.ToArray()) is not { } pixels)
        return Results.Problem(
            "The upload is no image (PNG, JPEG, WebP, GIF, BMP), or was cut short.", statusCode: StatusCodes.Status400BadRequest);
    // All classes, because the probabilities of all add up to 1.
    return Results.Ok(Answer.Of(model.Run(pixels).Top(int.MaxValue), Answers));
});

// Arrays are programmed now, not in the first request.
app.Services.GetRequiredService<Classifier>().Model.Prepare(Classifier.DefaultOptions);
app.Run();
