using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>nginx with TLS 1.3 over the folder that holds all workloads, for curl, aria2 and rclone.</summary>
internal sealed class NginxServer(string work, string root) : BenchServer
{
    public int Port { get; private set; }

    public string Certificate { get; } = Path.Combine(work, "nginx.crt");

    /// <summary>The address of a file.</summary>
    /// <param name="path">Below the root.</param>
    /// <param name="port">Where it is reached; 0 is directly.</param>
    public string Url(string path, int port) => $"https://localhost:{(port == 0 ? Port : port)}/{path}";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Port = FreePort();
        string key = Path.Combine(work, "nginx.key");
        WriteCertificate(key);
        string config = Path.Combine(work, "nginx.conf");
        await File.WriteAllTextAsync(config, $$"""
            daemon off;
            worker_processes 2;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            pid {{work}}/nginx.pid;
            error_log {{work}}/nginx.log;
            events { worker_connections 512; }
            http {
                access_log off;
                sendfile on;
                client_body_temp_path {{work}}/nginx-body;
                proxy_temp_path {{work}}/nginx-proxy;
                fastcgi_temp_path {{work}}/nginx-fastcgi;
                uwsgi_temp_path {{work}}/nginx-uwsgi;
                scgi_temp_path {{work}}/nginx-scgi;
                keepalive_requests 100000;
                server {
                    listen 127.0.0.1:{{Port}} ssl;
                    ssl_certificate {{Certificate}};
                    ssl_certificate_key {{key}};
                    ssl_protocols TLSv1.3;
                    root {{root}};
                    autoindex on;
                }
            }
            """, cancellationToken);
        await StartAsync(new Invocation("nginx", "-c", config, "-p", work), () => ListensAsync(Port), cancellationToken);
    }

    private void WriteCertificate(string keyPath)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }
}
